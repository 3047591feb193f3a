import type { Messages } from "../logic/i18n";
import { en } from "./en";

export const es: Messages = en;
