# Dana hangs up after nine seconds of ringing; both phones stop and show a missed call; the office writes back.
dana calls main
expect 101 rings
expect 102 rings
at +9s dana hangs up
expect 101 gets CANCEL
expect 102 gets CANCEL
expect carrier gets 487 INVITE
expect 101 does not answer: caller gone
expect record: abandoned while ringing, dana to main
expect text-back to dana sent
expect summary to staff sent
expect no 101 gets CANCEL (answered elsewhere)
