# Gas, and the on-call telephone is answered by its own voicemail: nobody presses a key, and the agent comes back.
given people outside have voicemail
given on-call answers after 5s
dana says "I smell gas in my apartment, it is really strong."
dana answers "on call|connect|stay on the line|9 1 1|nine one one" with "Okay, I am going outside."
dana answers "unit|apartment|address|where" with "Four B."
dana answers "your name" with "Dana Reyes."
dana calls main
expect agent … 9 1 1
expect on-call rings
at +70s dana hangs up
expect notice to on-call sent: EMERGENCY
expect record: handled by the agent (no answer), dana to main
expect work order: EMERGENCY, danger gas
expect confirmation to dana sent
expect summary to staff sent: EMERGENCY
