# Somebody at the console knows before any caller does. A caller about the same is put with it and hears the notice; another
# hears enough; danger goes through as ever; and both are told when it is over.
given 101 never answers
given 102 never answers
given on-call answers after 5s
console opens an incident of hot water for 24h "The boiler is being replaced. Hot water will be back by noon."
expect incident: Maple Court, hot water: nobody has called yet, notice on

dana answers "press 1" with "We have no hot water in our apartment."
dana answers "right?|correct?|best number|calling from" with "Yes, that's right."
dana answers "go in|enter|nobody is home|permission" with "Yes, you can go in."
dana answers "your name" with "My name is Dana Reyes."
dana answers "unit|apartment|address" with "Apartment four B."
dana answers "anything else|something else" with "No, that is all. Thank you, goodbye."
dana answers "goodbye|bye" by hanging up
at +10s dana calls main
expect agent: … The boiler is being replaced. Hot water will be back by noon.
expect record: handled by the agent (no answer), dana to main
expect work order
expect incident: Maple Court, hot water: 1 caller, notice on
expect summary to staff sent
expect confirmation to dana sent

marco answers "press 1" with "That's it, thank you."
marco answers "goodbye|bye" by hanging up
at +10s marco calls main
expect record: handled by the agent (no answer), marco to main
expect incident: Maple Court, hot water: 2 callers, notice on
expect notice to staff sent: INCIDENT: 2 callers about hot water at Maple Court. Callers hear that you know.

priya says "I smell gas in my apartment, it is really strong."
at +10s priya calls main
expect escalation: Heard: Emergency, gas smell
expect escalation: Accepted by on-call
at +25s priya hangs up
expect record: handed over (no answer), priya to main
expect work order: EMERGENCY, danger gas
expect summary to staff sent: EMERGENCY

at +10s console closes the incident
expect incident: Maple Court, hot water: 2 callers, closed
expect incident over to dana sent
expect incident over to marco sent
