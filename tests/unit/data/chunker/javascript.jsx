const x = require("x");
function* gen() {}
const Button = React.memo(({ a }) => {
  const onClick = () => 1;
  return <button onClick={onClick}>{a}</button>;
});
class A { static #p = 1; go = () => 2; async *m() {} }
module.exports = function named() {};
module.exports = { A, run: () => 3 };
(function () { function hidden() {} })();
