# The office has allowed calls abroad.
given calls abroad are allowed
lee is +442079460958 "Lee Park"
given lee answers after 4s
101 calls +442079460958
expect lee answers
at +20s 101 hangs up
expect record: answered, 101 to lee
