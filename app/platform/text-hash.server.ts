import { hash } from "node:crypto";

/** A hash of the text in 22 characters: a part of its SHA-256. */
export const hashText = (text: string): string => hash("sha256", text, "base64url").slice(0, 22);
