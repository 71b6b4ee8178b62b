"""Reading figures, and following their numbers to the rows behind them."""

from urllib.parse import urlsplit


class FigureAsking:
    """Mixin for tests of figures."""

    def asked(self, address, **given):
        """The answer at an address below /api/v1/."""
        answer = self.client.get(f"/api/v1/{address}/", given)
        self.assertEqual(answer.status_code, 200, answer.getvalue()[:500])
        return answer

    def behind(self, number):
        """The ids of all records behind a number; None if it has no list."""
        if number["url"] is None:
            return None
        parts = urlsplit(number["url"])
        answer = self.client.get(f"{parts.path}?{parts.query}&page_size=200")
        self.assertEqual(answer.status_code, 200, answer.getvalue()[:500])
        self.assertLessEqual(answer.json()["total"], 200)
        return {row["id"] for row in answer.json()["results"]}

    def assert_leads_to(self, number, records):
        """The number is that of these records, and its list has exactly them if it has one."""
        keys = {str(getattr(one, "pk", one)) for one in records}
        self.assertEqual(number["count"], len(keys))
        if number["url"] is not None:
            self.assertEqual(self.behind(number), keys, number["url"])
