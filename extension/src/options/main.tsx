import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { preparePage } from "../components/page";
import { words } from "../i18n/words";
import { Options } from "./Options";
import "@hive/styles/base.css";
import "@hive/styles/controls.css";
import "../components/pages.css";
import "./options.css";

createRoot(preparePage(`HIVE: ${words.text("page.settings")}`)).render(
  <StrictMode>
    <Options />
  </StrictMode>,
);
