import { hash } from "node:crypto";

/** 22 letters that stand for a text: SHA-256, shortened. */
export const hashText = (text: string): string => hash("sha256", text, "base64url").slice(0, 22);
