/**
 * Owns: how an error is shown: its name and message, the frames of its stack, and what caused it.
 * Tested in: tests/viewer/entry.test.ts.
 */
import { block, element, label, type Content } from "../ui/dom.js";
import { counted } from "../ui/format.js";
import { copyButton, section } from "../ui/parts.js";
import { causesOf } from "./causes.js";
import { parseStack, shortFile, type StackLine } from "./stack.js";

/** Lines of a trace that are read into frames; a longer one is shown as text. */
const LINES_MAX = 200;

type Fields = Readonly<Record<string, unknown>>;

/** The section for an entry with an error; null for others. */
export function errorSection(entry: Fields): HTMLElement | null {
  const text = (name: string): string => (typeof entry[name] === "string" ? entry[name] : "");
  const [name, stack] = [text("errorName"), text("errorStack")];
  if (name === "" && stack === "") return null;
  const data = entry["data"];
  const message = typeof data === "object" && data !== null && "message" in data && typeof data.message === "string" ? data.message : "";
  const head = element("p", "error-head", element("strong", "", name === "" ? "Error" : name), message === "" ? null : `: ${message}`);
  const causes = causesOf(entry).map((cause) => {
    const title = element("p", "error-head", element("span", "cause-word", "caused by "), element("strong", "", cause.name === "" ? "error" : cause.name), cause.message === "" ? null : `: ${cause.message}`);
    const made = element("li", "cause", title, ...stackParts(cause.stack, cause.name, cause.message, "Stack of the cause"));
    made.style.setProperty("--depth", String(Math.min(cause.depth, 6)));
    return made;
  });
  const chain = element("ol", "causes", ...causes);
  label(chain, "aria-label", "Causes");
  return section("Error", "error-section", head, ...stackParts(stack, name, message, "Stack"), causes.length === 0 ? null : chain);
}

function stackParts(stack: string, error: string, message: string, name: string): Content[] {
  if (stack === "") return [];
  const lines = parseStack(stack);
  const frames = lines.filter(({ frame }) => frame !== null);
  if (frames.length === 0 || lines.length > LINES_MAX) return [block(stack, name), copyButton("Copy stack", () => stack)];
  const list = element("ol", "frames", ...lines.map((line, index) => (index === 0 && repeats(line, error, message) ? null : lineView(line))));
  label(list, "aria-label", name);
  const foreign = frames.filter(({ frame }) => !frame?.own).length;
  const note = element("span", "quiet", `${counted(frames.length, "frame")}${foreign > 0 ? `, ${foreign} of them not the app's own` : ""}`);
  return [list, element("p", "section-foot", note, copyButton("Copy stack", () => stack))];
}

/** Does a first line say no more than the heading does? Its name may be another: an error can be renamed after it was made. */
function repeats({ frame, text }: StackLine, error: string, message: string): boolean {
  if (frame !== null) return false;
  const first = message.split("\n", 1)[0]?.trim() ?? "";
  return text === error || (first !== "" && text.endsWith(first));
}

function lineView({ frame, text }: StackLine): HTMLElement {
  if (frame === null) return element("li", "frame foreign", text);
  const place = frame.line === 0 ? frame.file : `${shortFile(frame.file)}:${frame.line}${frame.column === 0 ? "" : `:${frame.column}`}`;
  const made = element("li", frame.own ? "frame" : "frame foreign", element("span", "fn", frame.fn === "" ? "(anonymous)" : frame.fn), " ", element("span", "place", place));
  label(made, "title", text);
  return made;
}
