# A prospect says in one breath what they look for, and that they want to come: the lead reads like a person's note.
priya calls leasing
priya says "Hello, I'm looking for a two bedroom apartment and I would like to come see it."
priya answers "right?|correct?|best number|calling from" with "Yes."
priya answers "your name" with "My name is Priya Nair."
priya answers "when|move" with "The first of December."
priya answers "anything else|something else" with "No, thank you. Goodbye."
priya answers "goodbye|bye" by hanging up
expect agent takes the call: no answer
expect within 3m record: handled by the agent … priya to leasing
expect lead: Priya Nair … Two bedrooms, from December 1; wants to see a home.
expect confirmation to priya sent
expect summary to staff sent
