import os
import requests
SA = "/var/run/secrets/kubernetes.io/serviceaccount"
def pods(namespace):
    with open(os.path.join(SA, "token")) as f:
        token = f.read()
    host = os.environ["KUBERNETES_SERVICE_HOST"]
    return requests.get(f"https://{host}/api/v1/namespaces/{namespace}/pods", headers={"Authorization": "Bearer " + token}, verify=os.path.join(SA, "ca.crt")).json()
