// Shows the page: the frame, and in it the place that the address names.

import { render } from "preact";
import { Frame } from "./frame/frame.tsx";
import { followLocation } from "./location.ts";
import { PLACES } from "./places/index.ts";
import { applyTheme } from "./theme.ts";
import "./style/all.css";

applyTheme();
followLocation();
const page = document.getElementById("page");
if (page !== null) render(<Frame places={PLACES} />, page);
