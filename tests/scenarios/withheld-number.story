# Somebody who withholds the number: the office is told, nobody is texted.
dana withholds the number
dana calls main
at +5s dana hangs up
expect record: abandoned while ringing, somebody to main … text-back anonymous
expect summary to staff sent
