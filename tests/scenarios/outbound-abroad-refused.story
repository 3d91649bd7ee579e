# Calls abroad are not allowed, and nothing leaves the house.
101 calls +442079460958
expect 101 gets 403 INVITE
expect no carrier gets INVITE
expect alarm: 101 may not call
