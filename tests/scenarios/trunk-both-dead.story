# Both trunks are dead: the phone learns it when both have had their four seconds.
given a spare trunk
trunk dies
spare trunk dies
101 calls dana
expect within 9s 101 gets 503 INVITE
expect record: failed, 101 to dana
