// Shows the page: the frame, and in it the place that the address names.

import { render } from "preact";
import { Frame } from "./frame/frame.tsx";
import { askerOfPage } from "./asking.ts";
import { FIRST_PLACE } from "./address.ts";
import { EnclosedSource } from "./enclosed.ts";
import { currentAddress, followLocation, goInstead } from "./location.ts";
import { PLACES } from "./places/index.ts";
import { applyTheme } from "./theme.ts";
import "./style/all.css";

applyTheme();
followLocation();
const { source } = askerOfPage();
if (source instanceof EnclosedSource && currentAddress().bundle === null) {
  void source.key().then((key) => goInstead({ bundle: key, place: FIRST_PLACE }));
}
const page = document.getElementById("page");
if (page !== null) render(<Frame places={PLACES} />, page);
