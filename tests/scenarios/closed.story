# Friday at a quarter past five the office is closed. No phone rings; the agent answers at once and says so.
given now 2026-11-20 17:15
given hours Mon-Fri 09:00-17:00
dana calls main
expect within 1s agent takes the call: closed
expect agent … Maple Court
dana hangs up
expect no 101 rings
expect record: abandoned at the agent (closed), dana to main
expect text-back to dana sent
expect summary to staff sent
