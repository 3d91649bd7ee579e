# Spoken Spanish is not understood here: keys lead to a text message, and nothing is pretended.
given Spanish is spoken and not heard
dana calls main
dana answers "Para español" with key 2
dana answers "Si no, oprima dos" with key 2
dana answers "oprima dos" with key 2
expect agent takes the call: no answer
expect agent … Por teléfono no entiendo español hablado.
expect agent … Le mandamos un mensaje de texto a su teléfono.
expect record: handled by the agent (no answer), dana to main
expect confirmation to dana sent: Hola
expect summary to staff sent
