# Gas, and the person on call does not answer: the agent comes back, takes the report, and the team is alarmed.
dana says "I smell gas in my apartment, it is really strong."
dana answers "right?|correct?|best number|calling from" with "Yes."
dana answers "your name" with "Dana Reyes."
dana answers "unit|apartment|address|where" with "Four B."
dana answers "anything else|something else" with "No. Goodbye."
dana answers "goodbye|bye|hang up" by hanging up
dana answers "on call|connect|stay on the line|9 1 1|nine one one" with "Okay, I am going outside."
dana calls main
expect agent … 9 1 1
expect on-call rings
expect on-call does not answer: no answer
expect notice to on-call sent: EMERGENCY
expect record: handled by the agent (no answer), dana to main
expect work order: EMERGENCY, danger gas
expect confirmation to dana sent
expect summary to staff sent: EMERGENCY
