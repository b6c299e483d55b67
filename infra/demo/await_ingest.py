"""Wait until ingest has subscribed: what is published before, no broker keeps for it."""

import time

import httpx

from infra.demo.places import Places

if __name__ == "__main__":
    url = f"http://{Places.read().ingest}/health/ready"
    while True:
        try:
            if httpx.get(url, timeout=2).is_success:
                break
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
