# SPDX-License-Identifier: Apache-2.0
"""The board in a real browser, before a real server. The first argument is the carnet to test."""
import itertools
import json
import sys
import unittest

from stage import Server, browser, until
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

CARNET = sys.argv.pop(1)
HOSTILE = "<img src=x onerror=window.taken=1>'\";--"
numeros = (f"T{n}" for n in itertools.count(1))


class BoardTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(CARNET)
        cls.addClassCleanup(cls.server.end)
        cls.server.start()
        cls.page = browser()
        cls.addClassCleanup(cls.page.quit)
        cls.page.get(cls.server.origin)
        until("the page asks for the token", lambda: cls.page.execute_script("return document.getElementById('ask').open"))
        cls.give_token("wrong")
        until("it asks again", lambda: cls.page.execute_script(
            "return document.getElementById('ask').open && !document.getElementById('token').value"))
        cls.give_token(cls.server.token)

    @classmethod
    def give_token(cls, token):
        cls.page.find_element(By.ID, "token").send_keys(token + Keys.ENTER)

    def setUp(self):
        self.page.execute_script(
            "for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close(); location.hash = ''")
        if self.find("#words").get_attribute("value") or self.state() != "live":
            self.page.refresh()
        self.live()

    def find(self, selector):
        return self.page.find_element(By.CSS_SELECTOR, selector)

    def state(self):
        return self.page.execute_script("return document.body.dataset.state")

    def live(self):
        until("live", lambda: self.state() == "live", 20)

    def type(self, words):
        """What was in the filter before makes room for it."""
        self.page.execute_script(
            "const field = document.getElementById('words'); field.value = arguments[0];"
            "field.dispatchEvent(new Event('input', {bubbles: true}))", words)

    def rows(self):
        """numero → what the row reads to those who listen, by column."""
        return self.page.execute_script("""
            return Object.fromEntries(Array.from(document.querySelectorAll('#board tbody tr'), (row) => [row.dataset.numero,
              Object.fromEntries(Array.from(row.cells, (cell) => [cell.className, cell.querySelector('.hidden').textContent]))]))""")

    def flaps(self, numero, column):
        """What the row reads to those who look."""
        return self.page.execute_script("""
            const row = Array.from(document.querySelectorAll('#board tbody tr')).find((row) => row.dataset.numero === arguments[0]);
            return row?.querySelector(`.${arguments[1]} .flaps`).textContent.trim()""", numero, column)

    def row(self, numero, **columns):
        """Waits for a row that reads so."""
        wanted = {name.replace("_", "-"): text for name, text in columns.items()}
        return until(f"{numero} {wanted}, but {self.rows().get(numero)}",
                     lambda: wanted.items() <= (self.rows().get(numero) or {"": 1}).items() and numero in self.rows())

    def created(self, **members):
        """Appends a new vol; gives its numero and the position."""
        numero = members.pop("numero", None) or next(numeros)
        event = {"type": "vol.created", "time": "2026-11-22T08:00:00Z", "numero": numero, "destination": "Madrid", **members}
        return numero, self.server.append(event)[0]["position"]

    def test_a_flight_that_was_just_appended_appears(self):
        numero, _ = self.created(avion={"modele": "A320"}, pilote={"nom": "Zoé Martin"})
        self.row(numero, destination="Madrid", statut="prévu", avion="A320", pilote="Zoé Martin", take_off="")
        until("flaps", lambda: self.flaps(numero, "pilote") == "ZOÉ MARTIN")

    def test_take_off_and_landing_are_followed(self):
        numero, _ = self.created()
        self.server.append({"type": "vol.took_off", "time": "2026-11-22T10:05:00Z", "numero": numero})
        self.row(numero, statut="en vol", take_off="22 novembre 2026 à 10:05:00 UTC", landing="")
        until("flaps", lambda: self.flaps(numero, "statut") == "EN VOL" and self.flaps(numero, "take-off") == "10:05")
        self.server.append({"type": "vol.landed", "time": "2026-11-22T12:35:00Z", "numero": numero})
        self.row(numero, statut="atterri", landing="22 novembre 2026 à 12:35:00 UTC")
        until("flaps", lambda: self.flaps(numero, "landing") == "12:35")
        until("said to those who listen", lambda: f"{numero}, Madrid : atterri" in self.find("#news").get_attribute("textContent"))

    def test_a_deleted_flight_leaves_and_an_amended_avion_is_read_again(self):
        receipts = self.server.append({"type": "avion.registered", "modele": "B737"})
        avion = receipts[0]["avion_id"]
        numero, _ = self.created(avion_id=avion)
        self.row(numero, avion="B737")
        self.server.append({"type": "avion.amended", "avion_id": avion, "modele": "B738"})
        self.row(numero, avion="B738")
        self.server.append({"type": "vol.deleted", "numero": numero})
        until("gone", lambda: numero not in self.rows())

    def test_a_click_or_a_key_opens_the_flights_own_history(self):
        numero, _ = self.created()
        self.server.append({"type": "vol.delayed", "time": "2026-11-22T09:00:00Z", "numero": numero, "raison": "brouillard"})
        self.row(numero, statut="retardé")
        button = self.find(f"tr[data-numero={numero}] button")
        button.send_keys(Keys.ENTER)
        records = lambda: self.page.execute_script(
            "return Array.from(document.querySelectorAll('#history-records li'), (item) => item.innerText)")
        until("two records", lambda: len(records()) == 2)
        self.assertEqual(self.find("#history-title").text, f"Histoire du vol {numero}")
        self.assertIn("brouillard", records()[1])
        self.server.append({"type": "vol.took_off", "time": "2026-11-22T10:00:00Z", "numero": numero})
        until("the third comes live", lambda: len(records()) == 3)
        self.page.switch_to.active_element.send_keys(Keys.ESCAPE)
        until("closed", lambda: not self.page.execute_script("return document.getElementById('history').open"))
        self.assertEqual(self.page.switch_to.active_element, button)
        self.page.execute_script("arguments[0].click()", button)
        until("opened by a click", lambda: len(records()) == 3)

    def test_the_slider_shows_the_board_as_it_was(self):
        numero, position = self.created()
        self.server.append({"type": "vol.took_off", "time": "2026-11-22T10:05:00Z", "numero": numero})
        other, _ = self.created()
        self.row(other)
        self.page.execute_script("""
            const slider = document.getElementById('slider');
            slider.value = arguments[0];
            slider.dispatchEvent(new Event('input')); slider.dispatchEvent(new Event('change'))""", position)
        until("the past", lambda: self.state() == "past", 20)
        self.row(numero, statut="prévu", take_off="")
        self.assertNotIn(other, self.rows())
        self.assertIn(f"at={position}", self.page.current_url)
        later, _ = self.created()
        self.find("#after").click()
        until("one event further", lambda: self.state() == "past" and f"at={position + 1}" in self.page.current_url, 20)
        self.row(numero, statut="en vol")
        self.assertNotIn(later, self.rows())
        self.find("#live").click()
        self.row(later)
        self.live()

    def test_a_filter_leaves_what_matches(self):
        numero, _ = self.created(destination="Reykjavík 100%")
        other, _ = self.created(destination="Reykjavík 1000")
        self.row(other)
        self.type("reykjavík 100%")
        until("only what matches", lambda: list(self.rows()) == [numero])
        joining, _ = self.created(destination="Nouvelle Reykjavík 100%")
        self.row(joining)
        self.server.append({"type": "vol.amended", "numero": joining, "destination": "Oslo"})
        until("what matches no longer leaves", lambda: list(self.rows()) == [numero])
        self.type(f"where numero = '{other}' and statut <> 'annulé'")
        until("a condition", lambda: list(self.rows()) == [other])
        self.type("where statut = 'prevu'")
        until("the fault is told", lambda: "prévu" in self.find("#words-fault").text)
        self.type("")
        self.find("#statuts label[data-statut=annulé]").click()
        until("by statut", lambda: not self.rows())
        self.find("#statuts label[data-statut=annulé]").click()
        self.row(numero)

    def test_a_full_ledger_is_asked_for_a_page(self):
        first = next(numeros)
        self.server.append(*[{"type": "vol.created", "time": f"2026-11-22T08:{n // 60:02}:{n % 60:02}Z", "numero": f"{first}x{n}"}
                             for n in range(400)])
        self.row(f"{first}x399")
        self.assertEqual(len(self.rows()), 50)
        self.find("#more").click()
        until("twice as many", lambda: len(self.rows()) == 100)
        self.page.refresh()
        self.live()
        self.assertEqual(len(self.rows()), 50)

    def test_the_rotation_of_an_avion_is_a_lane_of_its_flights(self):
        avion = self.server.append({"type": "avion.registered", "modele": "ATR 72"})[0]["avion_id"]
        legs = []
        for hour in (2, 6, 10):
            numero, _ = self.created(avion_id=avion, time="2026-11-23T00:00:00Z")
            legs.append(numero)
            self.server.append({"type": "vol.took_off", "time": f"2026-11-23T{hour:02}:00:00Z", "numero": numero},
                               {"type": "vol.landed", "time": f"2026-11-23T{hour + 2:02}:00:00Z", "numero": numero})
        self.type(legs[0])
        self.row(legs[0], avion="ATR 72")
        buttons = lambda: self.page.find_elements(By.CSS_SELECTOR, ".leg button")
        # The filter leaves one flight on the board; its avion's lane has those before it, too.
        self.type(f"where avion_id = {avion}")
        until("three flights in one lane", lambda: len(buttons()) == 3 and len(self.page.find_elements(By.CSS_SELECTOR, ".lane")) == 1)
        places = [(button.location["x"], button.size["width"]) for button in buttons()]
        self.assertEqual(places, sorted(places))
        self.assertIn(f"{legs[1]}, Madrid, atterri, de 23 nov. 06:00 à 23 nov. 08:00", buttons()[1].get_attribute("aria-label"))
        self.assertEqual([button.get_attribute("tabindex") for button in buttons()].count("0"), 1)
        buttons()[0].send_keys(Keys.ARROW_RIGHT)
        self.assertEqual(self.page.switch_to.active_element, buttons()[1])
        buttons()[1].send_keys(Keys.ENTER)
        until("its history", lambda: self.find("#history-title").text.endswith(legs[1]))

    def test_texts_from_events_stay_texts(self):
        numero, _ = self.created(numero="<b>'&", destination=HOSTILE, avion={"modele": HOSTILE}, pilote={"nom": "\u202eevil\u0301"})
        self.server.append({"type": "vol.delayed", "numero": numero, "time": "2026-11-22T09:00:00Z",
                            "raison": "<script>window.taken=1</script>"})
        self.row(numero, destination=HOSTILE, avion=HOSTILE, statut="retardé")
        self.page.execute_script("""
            Array.from(document.querySelectorAll('#board tbody tr')).find((row) => row.dataset.numero === arguments[0])
              .querySelector('button').click()""", numero)
        until("its history", lambda: "<script>" in self.find("#history-records").text)
        self.assertEqual(self.page.execute_script(
            "return [window.taken ?? null, document.querySelectorAll('#board img, dialog img, script:not([src])').length]"), [None, 0])

    def test_it_goes_on_after_the_server_restarts(self):
        numero, _ = self.created()
        self.row(numero)
        self.server.stop()
        until("it says that it is offline", lambda: self.state() == "offline" and "Hors ligne" in self.find("#state").text)
        self.assertIn(numero, self.rows())
        self.server.start()
        self.server.append({"type": "vol.took_off", "time": "2026-11-22T10:05:00Z", "numero": numero})
        self.row(numero, statut="en vol")
        self.live()

    def test_the_language_is_switched_and_remembered(self):
        numero, _ = self.created()
        self.row(numero, statut="prévu")
        self.find("[data-language=en]").click()
        self.row(numero, statut="planned")
        self.page.refresh()
        self.row(numero, statut="planned")
        self.assertEqual(self.find("html").get_attribute("lang"), "en")
        self.assertEqual(self.find("thead .take-off").get_attribute("textContent"), "Take-off")
        self.find("[data-language=fr]").click()
        self.row(numero, statut="prévu")
        self.assertEqual(self.find("html").get_attribute("lang"), "fr")

    def test_a_link_may_bring_the_token(self):
        self.page.execute_script("sessionStorage.clear()")
        self.page.get(f"{self.server.origin}/?again#q=T&token={self.server.token}")
        self.live()
        self.assertEqual(self.page.execute_script("return location.hash"), "#q=T")
        self.page.get(self.server.origin)

    def test_who_wants_no_motion_gets_none(self):
        self.page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]})
        self.addCleanup(self.page.execute_cdp_cmd, "Emulation.setEmulatedMedia", {"features": []})
        self.page.execute_script("""
            window.turned = 0;
            new MutationObserver((all) => all.forEach((one) => one.target.className.includes('turn') && window.turned++))
              .observe(document.getElementById('board'), {subtree: true, attributeFilter: ['class']})""")
        numero, _ = self.created()
        self.row(numero)
        self.assertEqual(self.flaps(numero, "destination"), "MADRID")
        self.assertEqual(self.page.execute_script("return window.turned"), 0)

    def test_those_who_listen_find_a_table_and_a_name_on_everything(self):
        numero, _ = self.created()
        self.row(numero)
        for width in (1400, 400):  # narrow rows are laid out as cards, and stay rows
            self.page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                      {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
            self.addCleanup(self.page.execute_cdp_cmd, "Emulation.clearDeviceMetricsOverride", {})
            nodes = self.page.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
            heard = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes
                     if not node.get("ignored") and "role" in node]
            roles = [role for role, _ in heard]
            self.assertEqual(roles.count("table"), 1, width)
            self.assertEqual(roles.count("columnheader"), 7, width)
            self.assertEqual(roles.count("row"), len(self.rows()) + 1, width)
            self.assertIn(("rowheader", numero), heard)
            self.assertIn(("cell", "Madrid"), heard)
            for role in ("button", "searchbox", "slider", "checkbox", "combobox", "table", "search", "main", "heading"):
                named = [name for one, name in heard if one == role]
                self.assertTrue(named, role)
                if role != "main":
                    self.assertNotIn("", named, role)
        self.assertEqual(self.find("#news").get_attribute("aria-live"), "polite")

    @classmethod
    def tearDownClass(cls):
        """All of it together kept to the page's origin and to its policy."""
        sent = [json.loads(entry["message"])["message"] for entry in cls.page.get_log("performance")]
        asked = {message["params"]["request"]["url"] for message in sent if message["method"] == "Network.requestWillBeSent"}
        elsewhere = [url for url in asked if not url.startswith((cls.server.origin + "/", "data:", "chrome:"))]
        assert asked and not elsewhere, elsewhere
        said = [entry["message"] for entry in cls.page.get_log("browser") if "Content Security Policy" in entry["message"]
                or "Uncaught" in entry["message"]]
        assert not said, said


if __name__ == "__main__":
    unittest.main(verbosity=2)
