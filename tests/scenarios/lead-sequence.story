# Priya has agreed to texts, asks about a home, and is followed up: after two hours, on the third day at ten. Then she replies.
given lead touch after 2h "Hi[ {name}], {office} here. When would you like to move?"
given lead touch on day 3 10:00 "{office}: would you like to come and see it?"
given lead touch on day 7 10:00 "{office}: still looking?"
priya texts "START"
expect text stored
expect opt-in to priya sent
priya says "Hello, I am calling about the two bedroom apartment you have for rent."
priya answers "right?|correct?|best number|calling from" with "Yes."
priya answers "your name" with "My name is Priya Nair."
priya answers "when|move" with "Next month."
priya answers "anything else|something else" with "No, thank you. Goodbye."
priya answers "goodbye|bye" by hanging up
at +1m priya calls leasing
expect within 5m record: handled by the agent … priya to leasing
expect lead: Priya Nair
expect confirmation to priya sent
expect summary to staff sent
expect within 3h follow-up to priya sent
at Mon 09:59
expect within 2m follow-up to priya sent
at +1h priya texts "Yes please, Saturday."
expect notice to staff sent
at +7d
