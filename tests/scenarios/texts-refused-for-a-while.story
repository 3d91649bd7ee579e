# The carrier cannot take texts just now (503). They are tried again with growing patience, and arrive once.
carrier refuses 3 texts with 503
dana calls main
at +5s dana hangs up
expect record: abandoned while ringing
expect alarm: texts do not get through (503)
expect alarm over: texts flow
expect text-back to dana sent at try
expect summary to staff sent at try
