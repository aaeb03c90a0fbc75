import { Form, useNavigation } from "@remix-run/react";
import { Button } from "~/ui/button";

/** Both begin with a preview, which writes nothing; the second goes straight on to its confirmation. */
export function SyncAll() {
  const navigation = useNavigation();
  const busy = navigation.formAction === "/runs";
  const confirming = navigation.formData?.get("confirm") === "1";
  return (
    <>
      <Form method="post" action="/runs">
        <Button type="submit" disabled={busy}>
          {busy && !confirming ? "Previewing…" : "Preview sync…"}
        </Button>
      </Form>
      <Form method="post" action="/runs">
        <input type="hidden" name="confirm" value="1" />
        <Button type="submit" look="primary" disabled={busy}>
          {busy && confirming ? "Previewing…" : "Sync all…"}
        </Button>
      </Form>
    </>
  );
}
