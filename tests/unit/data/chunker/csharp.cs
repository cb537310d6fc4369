using System;
namespace Demo.App
{
    /// <summary>Serves.</summary>
    [Serializable]
    public class Service<T> : Base where T : new()
    {
        private const int MAX_USERS = 3;
        public string Name { get; set; } = "x";
        public int Count => 1;
        public Service(int x) : base(x) { }
        [HttpGet("x")]
        public async Task<int> GetAsync(int id) { int Local() => 1; return Local(); }
        public static Service<T> operator +(Service<T> a, Service<T> b) => a;
        ~Service() { }
    }
    public record Point(int X, int Y);
    public struct S { }
    interface IFoo { void Go(); }
    enum Color { Red }
    delegate void Handler(int x);
}
