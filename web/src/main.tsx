import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { PageBoundary } from "./components/Boundary";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/pages.css";
import "./styles/room.css";
import "./styles/stage.css";
import "./styles/host.css";
import "./styles/strip.css";
import "./styles/hearing.css";
import "./styles/toolbar.css";
import "./styles/microphone.css";
import "./styles/languages.css";
import "./styles/steps.css";
import "./styles/captions.css";
import "./styles/about.css";
import "./styles/chat.css";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no root element");
createRoot(root).render(
  <StrictMode>
    <PageBoundary>
      <App />
    </PageBoundary>
  </StrictMode>,
);
