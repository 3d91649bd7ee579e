# Priya asks about a home and hangs up in the middle of her name. The lead is kept, with her number.
priya says "Hello, I am calling about the two bedroom apartment you have for rent."
priya says "My name is Priya" and hangs up
priya calls leasing
expect agent takes the call: no answer
expect record: … priya to leasing
expect lead: … call back priya … two bedroom
expect summary to staff sent
expect text-back to priya sent
