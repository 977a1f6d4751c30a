"""Four visitors of two pages, for the recording of Locust's CSV files."""

from locust import HttpUser, constant, task


class Visitor(HttpUser):
    host = "http://127.0.0.1:18088"
    wait_time = constant(0.02)

    @task(2)
    def home(self):
        self.client.get("/home")

    @task(1)
    def cart(self):
        self.client.get("/cart")
