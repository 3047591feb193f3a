import type { Plugin } from "vite";

export function filesOf(folder: string): string[];
export function compressed(): Plugin;
