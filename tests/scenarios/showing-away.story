# The disk takes nothing in the moment of booking: the showing is requested, and never said to be booked.
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
expect calendar: free
disk is full
expect calendar: away
expect alarm: the store fails (injected)
disk has room
expect alarm over: the store is well
expect within 3m record: handled by the agent … priya to leasing
expect lead: Priya Nair … wants to see 210 Maple Court, apartment 3A, Sat Nov 21
expect confirmation to priya sent … Someone will call you back
expect summary to staff sent … settle a time with them
expect no BOOKED
