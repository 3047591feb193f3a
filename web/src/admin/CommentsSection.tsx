import type { Comment } from "./api";
import { useFigures, useNameOf, useWords } from "./useWords";

/** What people say in their own words, the last first. */
export function CommentsSection({ comments }: { comments: readonly Comment[] }) {
  const { text } = useWords();
  const nameOf = useNameOf();
  const { moment } = useFigures();
  const opinion = ({ rating, issue }: Comment): string => {
    const given = text("comments.rating", { rating });
    return issue ? text("comments.issue", { rating: given, issue: nameOf("issue", issue) }) : given;
  };
  return (
    <section aria-labelledby="comments-title">
      <h2 id="comments-title">{text("comments.title")}</h2>
      {comments.length === 0 && <p className="hint">{text("comments.empty")}</p>}
      <ul className="comments">
        {comments.map((said) => (
          <li key={`${said.job} ${said.at}`}>
            <p>
              <bdi>{said.comment}</bdi>
            </p>
            <p className="hint">
              {opinion(said)} · {said.languages} · {moment(said.at)}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
