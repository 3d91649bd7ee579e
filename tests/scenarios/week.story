# A week of five hundred calls, with every text and follow-up that comes of it.
given seed 7
given now 2026-11-16 06:00
given hours Mon-Fri 09:00-17:00, Sat 10:00-14:00
given leasing rings 102 12s
given lead touch after 2h "Hi[ {name}], {office} here. When would you like to move?"
given lead touch on day 3 10:00 "{office}: would you like to come and see it?"
given lead touch on day 7 10:00 "{office}: still looking?"
week of 500 calls
expect week: … calls
expect no week: … unknown
