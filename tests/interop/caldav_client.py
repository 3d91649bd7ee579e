"""An agent's calendar program: finds the calendar at an address, reads it, tries to write, and prints what came of it."""

import datetime
import json
import sys

import caldav

url, user, password, authority = sys.argv[1:]
client = caldav.DAVClient(url=url, username=user, password=password, ssl_verify_cert=authority)
try:
    principal = client.principal()
    calendar = principal.calendars()[0]
except caldav.error.AuthorizationError:
    print(json.dumps({"refused": True}))
    sys.exit()

now = datetime.datetime.now(datetime.timezone.utc)
near = calendar.date_search(now, now + datetime.timedelta(days=2))
everything = calendar.events()
synced = calendar.objects(load_objects=True)
told = [event.vobject_instance.vevent for event in everything]
again = calendar.objects_by_sync_token(synced.sync_token)
try:
    calendar.save_event(dtstart=now, dtend=now + datetime.timedelta(hours=1), summary="Mine")
    written = True
except caldav.error.DAVError:
    written = False
print(
    json.dumps(
        {
            "name": str(calendar.name),
            "near": len(near),
            "summaries": sorted(event.summary.value for event in told),
            "places": sorted(event.location.value for event in told),
            "synced": len(synced.objects),
            "again": len(again.objects),
            "written": written,
        }
    )
)
