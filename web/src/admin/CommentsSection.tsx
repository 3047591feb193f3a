import type { Comment } from "./api";
import { moment } from "./figures";

/** What people say in their own words, the last first. */
export function CommentsSection({ comments }: { comments: readonly Comment[] }) {
  return (
    <section aria-labelledby="comments-title">
      <h2 id="comments-title">What people say</h2>
      {comments.length === 0 && <p className="hint">Nobody has written anything.</p>}
      <ul className="comments">
        {comments.map((said) => (
          <li key={`${said.job} ${said.at}`}>
            <p>
              <bdi>{said.comment}</bdi>
            </p>
            <p className="hint">
              {said.rating} of 5{said.issue && `, ${said.issue.replaceAll("_", " ")}`} · {said.languages} ·{" "}
              {moment(said.at)}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
