import { useCallback } from "react";
import type { Encrypted } from "../logic/interpreter";
import type { Directory } from "../room/directory";
import { useI18n } from "./useI18n";
import { useStore } from "./useStore";

/** Says whose words the interpreter cannot hear for want of a key, by the names that people see. */
export function useEncryptedText(directory: Directory): (encrypted: Encrypted) => string {
  const { text, language } = useI18n();
  const names = useStore(directory.names);
  return useCallback(
    ({ everybody, speakers, other_key: otherKey }) => {
      if (otherKey) return text("trouble.otherKey");
      if (everybody) return text("trouble.encrypted");
      const named = speakers.map((identity) => names.get(identity) ?? identity);
      return text("trouble.encryptedSome", {
        names: new Intl.ListFormat(language, { type: "conjunction" }).format(named),
      });
    },
    [text, language, names],
  );
}
