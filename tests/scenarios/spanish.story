# A caller speaks Spanish to the English greeting: the talk goes on in Spanish, and so does the text that confirms it.
given Spanish is spoken
dana calls main
dana says "Hola, se está tirando el agua debajo del fregadero de mi cocina."
dana answers "algo más|algo mas|se le ofrece" with "No, es todo. Gracias, adiós."
dana answers "correcto|está bien|verdad|mejor para llamarle" with "Sí, así es."
dana answers "entrar|entramos" with "Sí, pueden entrar."
dana answers "su nombre" with "Me llamo María Peña."
dana answers "unidad|dirección" with "Departamento cuatro, be de burro."
dana answers "hasta luego" by hanging up
expect agent takes the call: no answer
expect agent … Para español, oprima dos.
expect record: handled by the agent (no answer), dana to main
expect work order … 4B … María Peña … speaks Spanish
expect confirmation to dana sent: Hola
expect summary to staff sent
