"""From an API key to a person's transactions."""

import os
import time

import httpx2  # any HTTP client will do; this one is in .venv

server = httpx2.Client(base_url=os.environ.get("SERVER", "http://127.0.0.1:8000"))
answer = server.post("/token", headers={"Authorization": f"Basic {os.environ['KEY']}", "basiq-version": "3.0"})
server.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"

user = server.post("/users", json={"email": "gavin@hooli.com"}).json()
login = {"loginId": "gavinBelson", "password": "hooli2016", "institution": {"id": "AU00000"}}
job = server.post(f"/users/{user['id']}/connections", json=login).json()

while True:
    steps = server.get(f"/jobs/{job['id']}").json()["steps"]
    for step in steps:
        if step["status"] == "failed":  # the steps after it stay pending
            raise SystemExit(f"{step['title']} failed: {step['result']}")
    if all(step["status"] == "success" for step in steps):
        break
    time.sleep(0.2)

for each in server.get(f"/users/{user['id']}/transactions", params={"limit": 10}).json()["data"]:
    print(f"{each['postDate'] or 'pending':20}  {each['amount']:>10}  {each['description']}")
