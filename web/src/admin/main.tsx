import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { AdminPage } from "./AdminPage";
import "../styles/base.css";
import "../styles/controls.css";
import "../styles/pages.css";
import "./admin.css";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no root element");
createRoot(root).render(
  <StrictMode>
    <AdminPage />
  </StrictMode>,
);
