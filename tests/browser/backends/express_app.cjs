// An Express app as many are written: it passes on what the service says, whatever that is.
const express = require("express");

const app = express();
app.use(express.static(process.env.PAGES));

app.get("/session", async (request, response) => {
  if (!process.env.OPENAI_API_KEY) throw new Error("OPENAI_API_KEY is not set");
  const answer = await fetch(`${process.env.OPENAI_BASE_URL}/realtime/sessions`, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${process.env.OPENAI_API_KEY}`,
      "Content-Type": "application/json",
    },
    body: JSON.stringify({ model: "gpt-4o-realtime-preview-2024-12-17", voice: "verse" }),
  });
  response.json(await answer.json());
});

const server = app.listen(0, "127.0.0.1", () => console.log(`http://localhost:${server.address().port}`));
