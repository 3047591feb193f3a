import { useEffect, useState } from "react";
import type { Api, Config } from "../logic/api";

/** What the service says of itself; null until it answers, and where it does not. */
export function useConfig(api: Api): Config | null {
  const [config, setConfig] = useState<Config | null>(null);
  useEffect(() => {
    let current = true;
    api.config().then(
      (answer) => current && setConfig(answer),
      () => undefined, // what is wrong is shown once something is asked of the service
    );
    return () => {
      current = false;
    };
  }, [api]);
  return config;
}
