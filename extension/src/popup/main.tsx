import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { preparePage } from "../components/page";
import { words } from "../i18n/words";
import { Popup } from "./Popup";
import "@hive/styles/base.css";
import "@hive/styles/controls.css";
import "../components/pages.css";
import "./popup.css";

createRoot(preparePage(words.text("store.name"))).render(
  <StrictMode>
    <Popup />
  </StrictMode>,
);
