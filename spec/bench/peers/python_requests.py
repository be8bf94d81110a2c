"""A walk by requests: python_requests.py BASE_URL CA_FILE TOKEN ACCOUNT FIELDS"""
import sys

import requests

base, ca_file, token, account, fields = sys.argv[1:]
session = requests.Session()
session.verify = ca_file
session.trust_env = False
session.headers["Authorization"] = "Bearer " + token

items = length = 0
url, params = f"{base}/v26.0/{account}/media", {"fields": fields, "limit": 100}
while url:
    response = session.get(url, params=params)
    response.raise_for_status()
    page = response.json()
    for media in page["data"]:
        items += 1
        length += len(media["id"]) + len(media.get("caption", ""))
    url, params = page.get("paging", {}).get("next"), None
print(items, length)
