import type { Messages } from "../logic/i18n";
import { en } from "./en";

export const fr: Messages = en;
