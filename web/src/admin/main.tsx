import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { PreferencesProvider } from "../hooks/usePreferences";
import { AdminPage } from "./AdminPage";
import { AdminWordsProvider } from "./useWords";
import "../styles/base.css";
import "../styles/controls.css";
import "../styles/pages.css";
import "./admin.css";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no root element");
createRoot(root).render(
  <StrictMode>
    <PreferencesProvider>
      <AdminWordsProvider>
        <AdminPage />
      </AdminWordsProvider>
    </PreferencesProvider>
  </StrictMode>,
);
