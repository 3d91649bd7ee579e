# Two callers tell of the same; somebody at a desk dials *12 and hears what was turned on; the next caller hears the notice
# and presses 1, for theirs is different; *12 again turns it off, and whoever calls then hears nothing of it.
given 101 never answers
given 102 never answers
dana answers "how can i help" with "We have no hot water."
dana answers "right?|correct?|best number|calling from" with "Yes, that's right."
dana answers "go in|enter|nobody is home|permission" with "Yes, you can go in."
dana answers "your name" with "My name is Dana Reyes."
dana answers "unit|apartment|address" with "Apartment four B."
dana answers "anything else|something else" with "No, that is all. Thank you, goodbye."
dana answers "goodbye|bye" by hanging up
marco answers "how can i help" with "The hot water is out since this morning."
marco answers "right?|correct?|best number|calling from" with "Yes, that's right."
marco answers "go in|enter|nobody is home|permission" with "Yes, you can go in."
marco answers "your name" with "My name is Marco Silva."
marco answers "unit|apartment|address" with "Apartment two A."
marco answers "anything else|something else" with "No, that is all. Thank you, goodbye."
marco answers "goodbye|bye" by hanging up
dana calls main
expect agent: Thanks for calling Maple Court. I'm the virtual assistant. How can I help?
expect record: handled by the agent
expect work order
expect confirmation to dana sent
expect summary to staff sent
marco calls main
expect agent: Thanks for calling Maple Court. I'm the virtual assistant. How can I help?
expect record: handled by the agent (no answer), marco to main
expect work order
expect incident: Maple Court, hot water: 2 callers, open
expect notice to staff sent: INCIDENT: 2 callers about hot water at Maple Court
expect confirmation to marco sent

at +10s 101 calls *12
expect 101 turns the notice of an incident on
expect 101 hears: Callers will hear that you know of it. Maple Court, hot water.
expect incident: Maple Court, hot water: 2 callers, notice on

priya answers "press 1" with key 1
priya answers "how can i help|what is it|what can i do" with "My bathroom door does not close."
priya answers "right?|correct?|best number|calling from" with "Yes, that's right."
priya answers "go in|enter|nobody is home|permission" with "Yes, you can go in."
priya answers "your name" with "My name is Priya Nair."
priya answers "unit|apartment|address" with "Apartment three A."
priya answers "anything else|something else" with "No, that is all. Thank you, goodbye."
priya answers "goodbye|bye" by hanging up
at +10s priya calls main
expect agent: … We know that there is trouble with the hot water at Maple Court … press 1
expect record: handled by the agent (no answer), priya to main
expect work order … door
expect summary to staff sent
expect confirmation to priya sent

at +10s 101 calls *12
expect 101 turns the notice of an incident off
expect 101 hears: Callers will not hear of it any more. Maple Court, hot water.
expect incident: Maple Court, hot water: 2 callers, open

at +10s sam calls main
expect agent: Thanks for calling Maple Court. I'm the virtual assistant. How can I help?
at +2s sam hangs up
expect record: abandoned at the agent
expect summary to staff sent
expect text-back to sam sent
