// A text of a trace. First form.
import { VisibleText } from "./visible_text.tsx";

export function TextBlock({ text }: { text: string; characters?: number }) {
  return (
    <pre class="text-block">
      <VisibleText text={text} />
    </pre>
  );
}
