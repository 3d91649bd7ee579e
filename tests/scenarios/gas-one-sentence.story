# Gas, and the caller hangs up after one sentence: the first person on call does not answer, the second accepts.
given two people on call
given on-call-too answers after 5s
dana says "I smell gas in my apartment, it is really strong."
dana calls main
expect escalation: Heard: Emergency, gas smell
at +25s dana hangs up
expect escalation: on-call did not answer
expect escalation: on-call-too's telephone was picked up
expect escalation: Accepted by on-call-too
expect record: handled by the agent (no answer), dana to main
expect work order: EMERGENCY, danger gas
expect summary to staff sent: EMERGENCY
expect confirmation to dana sent
