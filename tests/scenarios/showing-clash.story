# Two prospects are offered the same times and choose the same one: the second is told so, and offered another.
given Robin shows homes Mon-Sat 10:00-16:00
priya calls leasing
priya says "Hello, I'm looking for a two bedroom apartment and I would like to come see the one at 210 Maple Court, apartment 3A."
priya answers "anything else|something else" with "No, thank you. Goodbye."
priya answers "which suits|which would|which one" with "Eleven, please."
priya answers "move" with "The first of December."
priya answers "book|right?|correct?|best number|calling from" with "Yes."
priya answers "your name" with "My name is Priya Nair."
priya answers "see it|visit" with "On Saturday."
priya answers "goodbye|bye" by hanging up
at +2s dana calls leasing
dana says "Hello, I'm looking for a two bedroom apartment and I would like to come see the one at 210 Maple Court, apartment 3A."
dana answers "anything else|something else" with "No, thank you. Goodbye."
dana answers "been taken" with "The first one, please."
dana answers "which suits|which would|which one" with "Eleven, please."
dana answers "move" with "The first of December."
dana answers "book|right?|correct?|best number|calling from" with "Yes."
dana answers "your name" with "My name is Dana Reyes."
dana answers "see it|visit" with "On Saturday."
dana answers "goodbye|bye" by hanging up
expect within 3m calendar: free Sat Nov 21, 10:00 AM
expect within 3m calendar: free Sat Nov 21, 10:00 AM
expect within 3m calendar: booked
expect within 3m calendar: taken; free Sat Nov 21, 10:30 AM
expect within 3m calendar: booked
expect within 3m record: handled by the agent … priya to leasing
expect lead: Priya Nair … BOOKED, Sat Nov 21, 11:00 AM
expect confirmation to priya sent … Sat Nov 21, 11:00 AM
expect summary to staff sent
expect within 3m record: handled by the agent … dana to leasing
expect lead: Dana Reyes … BOOKED, Sat Nov 21, 10:30 AM
expect confirmation to dana sent … Sat Nov 21, 10:30 AM
expect summary to staff sent
