# Gas: the caller is sent outside at once, and the person on call is rung and answers.
given on-call answers after 5s
dana says "I smell gas in my apartment, it is really strong."
dana answers "on call|connect|stay on the line|9 1 1|nine one one" with "Okay, I am going outside."
dana answers "unit|apartment|address|where" with "Four B."
dana answers "your name" with "Dana Reyes."
dana calls main
expect agent … 9 1 1
expect on-call answers
at +30s dana hangs up
expect record: handed over (no answer), dana to main
expect work order: EMERGENCY, danger gas
expect summary to staff sent: EMERGENCY
