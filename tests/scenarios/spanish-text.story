# Who writes Spanish is answered in Spanish, and is known for it at the next missed call; ALTO means stop.
dana calls main
at +5s dana hangs up
expect record: abandoned while ringing, dana to main
expect text-back to dana sent: Hi
expect summary to staff sent
at +5m dana texts "Hola, quiero saber si tienen departamentos de dos recámaras"
expect text stored
expect notice to staff sent
at +1h dana calls main
at +5s dana hangs up
expect record: abandoned while ringing, dana to main
expect text-back to dana sent: Hola
expect summary to staff sent
at +20m dana texts "ALTO"
expect text stored
expect opt-out to dana sent: Maple Court: no recibira
