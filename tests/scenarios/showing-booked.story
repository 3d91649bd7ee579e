# A prospect wants to see a home: a day is asked for, times of the calendar are offered, one is read back, booked, and then said
# to be booked.
given Robin shows homes Mon-Sat 10:00-16:00
priya calls leasing
priya says "Hello, I'm looking for a two bedroom apartment and I would like to come see the one at 210 Maple Court, apartment 3A."
priya answers "anything else|something else" with "No, thank you. Goodbye."
priya answers "which suits|which would|which one" with "Eleven, please."
priya answers "move" with "The first of December."
priya answers "book|right?|correct?|best number|calling from" with "Yes."
priya answers "your name" with "My name is Priya Nair."
priya answers "which home|listing" with "210 Maple Court, apartment 3A."
priya answers "see it|visit" with "On Saturday."
priya answers "goodbye|bye" by hanging up
expect agent takes the call: no answer
expect calendar: free Sat Nov 21, 10:00 AM with Robin; Sat Nov 21, 11:00 AM with Robin; Sat Nov 21, 12:00 PM with Robin
expect calendar: booked
expect within 3m record: handled by the agent … priya to leasing
expect lead: Priya Nair … BOOKED, Sat Nov 21, 11:00 AM, with Robin
expect confirmation to priya sent … is booked: Sat Nov 21, 11:00 AM
expect summary to staff sent
